/** With the name of a write's start it names the field of its trace in the summary. */
export const TRACE = 'applied-';
