import { describe, expect, it } from 'vitest';
import { sideField } from '../../../agent/src/side-field.ts';

describe('a value beside an object', () => {
  it('is found by the object it was put on, and by no other', () => {
    const field = sideField<object, string>();
    const [one, other] = [{ id: 1 }, { id: 1 }];
    field.set(one, 'first');
    field.set(one, 'second');
    expect(field.get(one)).toBe('second');
    expect(field.get(other)).toBeUndefined();
  });

  it('is seen by nobody who looks at the object', () => {
    const object = { id: 1 };
    sideField<object, string>().set(object, 'hidden');
    expect(Reflect.ownKeys(object)).toEqual(['id']);
    expect(JSON.stringify(object)).toBe('{"id":1}');
  });

  it('does not meet the value of another field', () => {
    const [first, second] = [sideField<object, string>(), sideField<object, string>()];
    const object = {};
    first.set(object, 'of the first');
    expect(second.get(object)).toBeUndefined();
  });
});
