package io.nudge.train;

/**
 * What one epoch gave. Cost and accuracy on the training data are means over the epoch, each batch taken before the step
 * that it causes; those on the validation data are taken after the epoch. What does not apply is NaN.
 *
 * @param epoch its number, from 1
 * @param cost C on the training data
 * @param accuracy the share of training examples answered right, 0 to 1; NaN where targets are not classes
 * @param validationCost C on the validation data; NaN without them
 * @param validationAccuracy the share of validation examples answered right, 0 to 1; NaN without them
 * @param rate the rate of the epoch's last step
 * @param seconds the time of the epoch's steps, validation left out
 * @param samplesPerSecond training examples per second
 */
public record EpochResult(
        int epoch,
        double cost,
        double accuracy,
        double validationCost,
        double validationAccuracy,
        double rate,
        double seconds,
        double samplesPerSecond) {}
