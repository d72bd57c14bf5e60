/**
 * How the script tag is minified. The size gate minifies an application's bundle with the same
 * options, so its figure is what a shop ships. Made anew each time: terser writes into its options.
 */
export const terserOptions = () => ({
  ecma: 2022,
  toplevel: true,
  compress: { passes: 3, ecma: 2022, keep_fargs: false, pure_getters: true, unsafe_arrows: true, unsafe_methods: true },
  mangle: { toplevel: true },
  format: { comments: /^!/, ecma: 2022 },
});
