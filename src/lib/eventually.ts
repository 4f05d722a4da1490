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

/** All of the values, in their order: now when all are there, or when the last has come. */
export function eventuallyAll<Value>(
  values: readonly Eventually<Value>[],
): Eventually<readonly Value[]> {
  const here = values.filter((value): value is Value => !(value instanceof Promise));
  return here.length === values.length ? here : Promise.all(values);
}
