import { screenState } from '../../state/screen-state.ts';
import { endpointsCodec } from './address.ts';

/** The screen at /endpoints: its state, and how to change it. */
export const endpointsScreen = screenState('/endpoints', endpointsCodec);
