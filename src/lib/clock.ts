/** Milliseconds since 1970-01-01 UTC. Passed in wherever time matters, so that tests can move it. */
export type Clock = () => number;

export const msPerDay = 86_400_000;
