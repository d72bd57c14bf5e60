import { StyleSheet } from 'react-native';

const paper = '#f6f3ec';
const ink = '#22302b';
const green = '#0c6b54';

export const styles = StyleSheet.create({
  page: { flex: 1, backgroundColor: paper },
  title: { color: ink, fontSize: 28, fontWeight: '700', paddingHorizontal: 20, paddingTop: 12 },
  text: { color: ink, fontSize: 16 },
  strong: { color: ink, fontSize: 17, fontWeight: '600' },
  quiet: { color: '#5b6a64', fontSize: 14, paddingHorizontal: 20, paddingVertical: 8 },
  total: { color: ink, fontSize: 20, fontWeight: '700', margin: 20, textAlign: 'right' },
  picture: { fontSize: 36 },
  row: { flex: 1, flexDirection: 'row', alignItems: 'center', gap: 12 },
  grow: { flex: 1 },
  card: {
    flexDirection: 'row',
    alignItems: 'center',
    gap: 12,
    marginHorizontal: 16,
    marginVertical: 6,
    padding: 16,
    borderRadius: 16,
    backgroundColor: 'white',
  },
  button: {
    minWidth: 44,
    minHeight: 44,
    paddingHorizontal: 16,
    borderRadius: 22,
    backgroundColor: green,
    justifyContent: 'center',
  },
  buttonText: { color: 'white', fontSize: 16, fontWeight: '600', textAlign: 'center' },
  faded: { opacity: 0.5 },
  input: { flex: 1, minHeight: 44, color: ink, fontSize: 16, borderBottomWidth: 1, borderColor: green },
  tabs: { flexDirection: 'row', backgroundColor: 'white' },
  tab: { flex: 1, minHeight: 52, alignItems: 'center', justifyContent: 'center' },
  openTab: { borderTopWidth: 3, borderColor: green },
  openTabText: { color: green, fontSize: 16, fontWeight: '700' },
});
