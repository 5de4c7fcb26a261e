/**
 * Goals that have not been reached, by row and text, and how far they were when last measured at rest. The README
 * says where the time goes. A figure goes down with what it measures, and away when its goal is met.
 */
export const standings: Readonly<Record<string, Readonly<Record<string, number>>>> = {};
