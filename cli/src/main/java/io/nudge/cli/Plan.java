package io.nudge.cli;

import io.nudge.nn.Network;

/**
 * What is about to be trained.
 *
 * @param network the network, on its device
 * @param parts the data
 * @param training the settings in words
 * @param epochs epochs in all
 * @param epochsDone epochs of the run that is resumed; 0 for a new one
 */
record Plan(Network network, Parts parts, String training, int epochs, int epochsDone) {}
