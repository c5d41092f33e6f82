package io.nudge.cpu;

import io.nudge.EnginesTest;

/** A placeholder for the specification: core's test classes are reached, and what is inherited from them runs here. */
class ReactorTest extends EnginesTest {}
