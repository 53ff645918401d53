/**
 * From so many crashes of its workers on a job is suspected to be their cause, and kept apart from
 * other suspects. One crash says little of the jobs at work then: set apart, they would all come late.
 */
export const SUSPECT_AFTER_CRASHES = 2;
