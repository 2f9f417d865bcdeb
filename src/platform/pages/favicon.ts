/** The icon of all pages: streams that become one. */
export const FAVICON_SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
  '<rect width="32" height="32" rx="6" fill="#0a58a8"/>' +
  '<path d="M8 6v3c0 6 8 5 8 11v6M24 6v3c0 6-8 5-8 11M16 6v20" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/>' +
  '</svg>\n';

const ICO_IN_BASE64 =
  'AAABAAEAICAAAAEAIAD3AgAAFgAAAIlQTkcNChoKAAAADUlIRFIAAAAgAAAAIAgGAAAAc3p69AAAAqxJREFUeJzsl19IU1Ecx79n' +
  'bqQjJUvRVqFPpfTHgiAz60WbPfSgSLmMHuqhp4qIiAVFIQo9BPVc4ENZTsn+QA9aEoIMKqTNMrNFhaVzS9bmtDbbdk/3nPIq7d+9' +
  'czkf/Lzsd87ve/f78uPe3+GoMYd0Q+sRQkk1CC0lIDokEQpqByXPKaEP/aZDt2f2CS9c31GgCgVuiCs9FgKKJ0Ka5rj/bu2wirsI' +
  'Be4sWHFeEHoi/GrhYXqd6aiKoBkpQKA4phZbUBdNsLckn/8+7Xf8lzyrnabZXHtVbMTyf5P7t69Bx7k9MJQX4vWwBzb7ZFLzHEIz' +
  'RRMkL5K7ksLsiHGy8n8d5KmQYlJuQB0t8W3CL8VbClZAKSWFs884PL6ouqgdGPw6IcX7tumQk7kMcmHaqq2zg3TgiweKDZiHxvFu' +
  'xMtjdRpB+9ndyMrQIB5Mw7TsGcZ7uxcvbC7lBhjnWyxSvGP9KjxrqIRuZUZUPcv1NFZy7Qxnml8hFjENsAHS0P5GWhevzUJvox5l' +
  'RTlh2vLiXPQ26bFBlyXtXWztR89bZ6wSIFqDiSIOFw5sgrFmI8ifroKKT4y4fmJdjpav7d99WJ2dIeUFUdB0bwBX7g/G+2t5Bhi7' +
  'inJx61QZ8rPTY+rG3D7UXzPj5QcX5CB7DrCXstTYCctnd1SN5ZMbO41dsosrMsAY906j4lI3HveNhuXYXsXlbq5RguJJOB0QcPi6' +
  'GZO+oLTn+RHgbWc5pSQ0ioMhKn4hY9K6y2pHSJD1KoWhRoIMjXql+KNjComydBouGVgMBqgTCWCzeyPGyqBOtXhdsooXhSoohE2+' +
  'kzf7+METaTLKq0+sRHuwrRoq+gCpQCA1/ADV1pk6E+nCfBAb98jXZqjmL2FQJZwWN5SdIvMrPoWA5gSLydxEKq7nvwEAAP//FIwB' +
  '1gAAAAZJREFUAwCy3grrSzkmPwAAAABJRU5ErkJggg==';

/** The same, drawn at 32 × 32 pixels, for what asks for `/favicon.ico` without looking at a page. */
export const FAVICON_ICO = Buffer.from(ICO_IN_BASE64, 'base64');
