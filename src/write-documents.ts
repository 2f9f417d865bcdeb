import { writeDocuments } from './contract.js';

await writeDocuments('docs');
