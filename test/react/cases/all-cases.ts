import './reading.tsx';
