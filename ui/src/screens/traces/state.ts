import { screenState } from '../../state/screen-state.ts';
import { tracesCodec } from './address.ts';

/** The screen at /traces: its state, and how to change it. */
export const tracesScreen = screenState('/traces', tracesCodec);
