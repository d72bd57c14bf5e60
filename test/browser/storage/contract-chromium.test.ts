import { contractInDriven } from './contract-in-driven.ts';

contractInDriven('chromium');
