import { useSyncExternalStore } from 'react';

/** A value of the whole page, outside of any component's state. */
export interface Shared<Value> {
  get(): Value;
  set(value: Value): void;
  /** The value, for components: each set renders them again. */
  useValue(): Value;
}

/** Creates a shared value; `first` gives its initial value when it is first read. */
export function share<Value>(first: () => Value): Shared<Value> {
  let held: { value: Value } | undefined;
  const listeners = new Set<() => void>();
  function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }
  function get(): Value {
    held ??= { value: first() };
    return held.value;
  }
  return {
    get,
    set(value) {
      held = { value };
      for (const listener of listeners) listener();
    },
    useValue: () => useSyncExternalStore(subscribe, get),
  };
}
