/** Another build of the project may be measured by the same program. */
const dist = new URL(process.env.DIST ?? '../../dist/', import.meta.url).href;

export const product = (file) => import(`${dist}${file}`);
