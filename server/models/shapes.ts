/**
 * The version of the shapes in which documents are stored. To be raised when a program of before
 * could not read them, with a step in Services/Migrating/steps.ts: the database says of which it is, and is used
 * by that version alone; a backup says so too, and only that is put back.
 */
export const SHAPES_VERSION = 1;
