/** The packages whose code is in the script of the overview page. They are installed for the build only. */
export const BUNDLED_PACKAGES = ['@preact/signals', '@preact/signals-core', 'htm', 'preact'];
