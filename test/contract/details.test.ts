import { describeDetails } from './details.ts';

describeDetails('embedded engine', null);
