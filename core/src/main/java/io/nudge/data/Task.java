package io.nudge.data;

/** What is to be learned from the target columns of a table. */
public enum Task {
    /** To tell classes apart: one target column, whose distinct values are the classes. */
    CLASSIFICATION,
    /** To predict numbers: one or more target columns, all numeric. */
    REGRESSION
}
