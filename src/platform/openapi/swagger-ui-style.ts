/** What Swagger UI's own style lacks: one column on phones, and contrast. */
export const SWAGGER_UI_STYLE = `body { margin: 0; }
/* There is one server: this gateway. */
.swagger-ui .scheme-container { display: none; }
.swagger-ui .opblock-body small, .swagger-ui .opblock-body small code { font-size: 12px; }
.swagger-ui .info .title small.version-stamp { background: #44640a; }
.swagger-ui .info .title small { background: #5a6270; }
.swagger-ui .opblock.opblock-get .opblock-summary-method { background: #1b62b5; color: #fff; }
.swagger-ui .btn.execute { background: #1b62b5; border-color: #1b62b5; color: #fff; }
.swagger-ui .download-contents { background: #555b6b; color: #fff; }

@media (prefers-color-scheme: light) {
  .swagger-ui a, .swagger-ui .info a, .swagger-ui .info .link { color: #1b62b5; }
  .swagger-ui .parameter__in { color: #5a6270; }
  .swagger-ui .btn.cancel { color: #b3261e; border-color: #b3261e; }
}

@media (prefers-color-scheme: dark) {
  html { background: #1c2022; }
  .swagger-ui .headers-wrapper table.headers td.header-col { color: #e4e6e6; }
  .swagger-ui .parameter__in { color: #b7bcbf; }
}

/* Phones: one column instead of tables. */
@media (max-width: 40em) {
  .swagger-ui .wrapper { padding: 0 12px; }
  .swagger-ui .info { margin: 24px 0; }
  .swagger-ui .opblock-tag { flex-wrap: wrap; }
  .swagger-ui .opblock .opblock-summary-path { max-width: none; overflow-wrap: anywhere; }
  .swagger-ui .opblock .opblock-section-header { padding: 8px 12px; }
  .swagger-ui .opblock-description-wrapper { padding: 12px; }
  .swagger-ui .parameters-container .table-container, .swagger-ui .responses-inner { padding: 12px; }
  .swagger-ui table.parameters > thead, .swagger-ui table.responses-table > thead { display: none; }
  .swagger-ui table.parameters > tbody, .swagger-ui table.responses-table > tbody { display: block; }
  .swagger-ui table.parameters > tbody > tr, .swagger-ui table.responses-table > tbody > tr { display: block; padding: 8px 0; }
  .swagger-ui table.parameters > tbody > tr > td, .swagger-ui table.responses-table > tbody > tr > td {
    display: block; width: auto; min-width: 0; max-width: none; padding: 4px 0;
  }
  .swagger-ui table.responses-table > tbody > tr > td.response-col_links { display: none; }
  .swagger-ui .parameters-col_description input, .swagger-ui .parameters-col_description select {
    box-sizing: border-box; width: 100%; max-width: 100%;
  }
  .swagger-ui .response-controls { flex-wrap: wrap; }
}
`;
