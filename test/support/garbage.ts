import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** How many of the objects something still refers to. */
export async function heldOf(objects: readonly WeakRef<object>[]): Promise<number> {
  // A WeakRef that was made in this turn of the event loop holds what it refers to.
  await new Promise((resolve) => setTimeout(resolve, 5));
  collectGarbage();
  return objects.filter((object) => object.deref() !== undefined).length;
}
