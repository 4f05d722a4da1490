/**
 * A value that is there already more often than not. What is there is handed on in the
 * same turn: a promise for it would cost more than it took to look it up.
 */
export type Eventually<Value> = Value | Promise<Value>;

/** What `work` makes of the value, now or when it comes. */
export function andThen<Value, Result>(
  value: Eventually<Value>,
  work: (value: Value) => Eventually<Result>,
): Eventually<Result> {
  return value instanceof Promise ? value.then(work) : work(value);
}
