/**
 * The version of the shapes in which documents are stored. To be raised when a program of before
 * could not read them: a backup says of which it is, and only that is put back.
 */
export const SHAPES_VERSION = 1;
