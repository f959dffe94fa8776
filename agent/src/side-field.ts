class Given {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the field below is put on that object
    return object;
  }
}

/**
 * A value beside an object that is somebody else's, as a private field of it: nobody sees it, and it
 * lives as long as the object.
 *
 * A WeakMap does the same at a price. V8's young collections keep the values of an old WeakMap alive,
 * so that every span of an application would be copied into the old heap.
 */
export interface SideField<K extends object, V> {
  get(object: K): V | undefined;
  set(object: K, value: V): void;
}

/** Each call makes a field of its own. */
export function sideField<K extends object, V>(): SideField<K, V> {
  class Field extends Given {
    #value: V | undefined;

    static get(object: K): V | undefined {
      return #value in object ? (object as unknown as Field).#value : undefined;
    }

    static set(object: K, value: V): void {
      if (!(#value in object)) new Field(object);
      (object as unknown as Field).#value = value;
    }
  }
  return { get: Field.get, set: Field.set };
}
