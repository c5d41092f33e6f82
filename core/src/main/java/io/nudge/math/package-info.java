/** Formulas and random numbers: small immutable values that every backend shares and that depend on nothing. */
package io.nudge.math;
