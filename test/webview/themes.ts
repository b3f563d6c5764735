/** Theme variables as VS Code hands them to a webview, for drawing without VS Code. */

const COMMON = {
  'font-family': 'system-ui, "Ubuntu", "Liberation Sans", "DejaVu Sans", sans-serif',
  'font-size': '13px',
  'font-weight': 'normal',
  'editor-font-family': '"DejaVu Sans Mono", monospace',
  'editor-font-size': '14px',
};

export interface Theme {
  bodyClass: string;
  variables: Record<string, string>;
}

export const THEMES: Record<string, Theme> = {
  dark: {
    bodyClass: 'vscode-dark',
    variables: {
      ...COMMON,
      foreground: '#cccccc',
      'editor-foreground': '#cccccc',
      'editor-background': '#1f1f1f',
      descriptionForeground: '#9d9d9d',
      errorForeground: '#f85149',
      focusBorder: '#0078d4',
      'charts-blue': '#3794ff',
      'charts-purple': '#b180d7',
      'charts-green': '#89d185',
      'charts-orange': '#d18616',
      'charts-yellow': '#cca700',
      'charts-red': '#f14c4c',
      'list-hoverBackground': '#2a2d2e',
      'editor-stackFrameHighlightBackground': '#ffff0033',
      'debugIcon-breakpointCurrentStackframeForeground': '#ffcc00',
      'panelTitle-activeForeground': '#cccccc',
      'panelTitle-activeBorder': '#0078d4',
      'panelTitle-inactiveForeground': '#9d9d9d',
      'icon-foreground': '#cccccc',
    },
  },
  light: {
    bodyClass: 'vscode-light',
    variables: {
      ...COMMON,
      foreground: '#3b3b3b',
      'editor-foreground': '#3b3b3b',
      'editor-background': '#ffffff',
      descriptionForeground: '#616161',
      errorForeground: '#f85149',
      focusBorder: '#005fb8',
      'charts-blue': '#1a85ff',
      'charts-purple': '#652d90',
      'charts-green': '#388a34',
      'charts-orange': '#d18616',
      'charts-yellow': '#bf8803',
      'charts-red': '#e51400',
      'list-hoverBackground': '#f2f2f2',
      'editor-stackFrameHighlightBackground': '#ffff6673',
      'debugIcon-breakpointCurrentStackframeForeground': '#be8700',
      'panelTitle-activeForeground': '#3b3b3b',
      'panelTitle-activeBorder': '#005fb8',
      'panelTitle-inactiveForeground': '#3b3b3b',
      'icon-foreground': '#3b3b3b',
    },
  },
  highContrast: {
    bodyClass: 'vscode-high-contrast',
    variables: {
      ...COMMON,
      foreground: '#ffffff',
      'editor-foreground': '#ffffff',
      'editor-background': '#000000',
      descriptionForeground: 'rgba(255, 255, 255, 0.7)',
      errorForeground: '#f48771',
      focusBorder: '#f38518',
      contrastBorder: '#6fc3df',
      contrastActiveBorder: '#f38518',
      'charts-blue': '#3794ff',
      'charts-purple': '#b180d7',
      'charts-green': '#89d185',
      'charts-orange': '#d18616',
      'charts-yellow': '#cca700',
      'charts-red': '#f14c4c',
      'debugIcon-breakpointCurrentStackframeForeground': '#ffcc00',
      'editor-stackFrameHighlightBackground': '#ffff0033',
      'panelTitle-activeForeground': '#ffffff',
      'panelTitle-activeBorder': '#f38518',
      'panelTitle-inactiveForeground': '#ffffff',
      'icon-foreground': '#ffffff',
    },
  },
};
