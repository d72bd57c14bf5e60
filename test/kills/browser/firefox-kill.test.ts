import { hasWhatItSaved } from './has-what-it-saved.ts';

hasWhatItSaved('firefox');
