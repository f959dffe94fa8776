import { computed, type ReadonlySignal } from '@preact/signals';
import { go, location } from './location.ts';
import type { QueryCodec } from './query-codec.ts';

/** The state of a screen at one path: read from the address, changed by going to another. */
export interface ScreenState<S> {
  readonly state: ReadonlySignal<S>;
  readonly set: (part: Partial<S>, how?: 'push' | 'replace') => void;
  /** The address of the screen in a state that differs from the defaults in some fields. */
  readonly url: (part: Partial<S>) => string;
}

export function screenState<S extends object>(path: string, codec: QueryCodec<S>): ScreenState<S> {
  const state = computed(() => codec.parse(location.value.search));
  return {
    state,
    set: (part, how = 'push') => go(`${path}${codec.format({ ...state.peek(), ...part })}`, how),
    url: (part) => `${path}${codec.format({ ...codec.defaults, ...part })}`,
  };
}
