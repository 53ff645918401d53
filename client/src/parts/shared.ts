import { useSyncExternalStore } from 'react';

/** A value of the whole page, outside of any component's state. */
export interface Shared<Value> {
  get(): Value;
  set(value: Value): void;
  /** The value, for components: each set draws them anew. */
  useValue(): Value;
}

/** Makes one that begins as `initial`. */
export function share<Value>(initial: Value): Shared<Value> {
  let value = initial;
  const listeners = new Set<() => void>();
  function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }
  const get = () => value;
  return {
    get,
    set(next) {
      value = next;
      for (const listener of listeners) listener();
    },
    useValue: () => useSyncExternalStore(subscribe, get),
  };
}
