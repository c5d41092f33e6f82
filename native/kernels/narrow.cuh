// Narrow layers, of which a kernel takes several together.
#pragma once

/// Rows of the batch that a block has at a time.
constexpr int ROWS = 16;

/// The most neurons, and the most inputs.
constexpr int MOST = 128;
