/** Networks of dense layers: what they are made of, their parameters, and a batch's way through them and back. */
package io.nudge.nn;
