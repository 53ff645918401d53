// The colours of a report in PDF, for its text, its table and its chart.
export const INK = '#1f2933';
export const MUTED = '#616e7c';
export const RULE = '#cbd2d9';
export const STRIPE = '#f5f7fa';
export const BAR = '#2f6f9f';
