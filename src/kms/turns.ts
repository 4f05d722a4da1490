/** The end of the last piece of work in each queue. It never rejects. */
const ends = new WeakMap<object, Promise<unknown>>();

/** Does pieces of work of the same queue one after another, in the order they came. */
export async function inTurn<Result>(queue: object, work: () => Promise<Result>): Promise<Result> {
  const before = ends.get(queue) ?? Promise.resolve();
  const result = before.then(work);
  ends.set(
    queue,
    result.catch(() => undefined),
  );
  return await result;
}
