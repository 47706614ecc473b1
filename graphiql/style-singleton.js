// Stands in for react-style-singleton (dialogs and menus lock scrolling with it): that one adds a <style> element,
// which `style-src 'self'` forbids. A constructed style sheet does the same and is allowed.
import { useEffect } from 'react';

export function styleSingleton() {
  const sheet = new CSSStyleSheet();
  let users = 0;
  return function Style({ styles, dynamic }) {
    useEffect(() => {
      sheet.replaceSync(styles);
      users += 1;
      if (users === 1) document.adoptedStyleSheets.push(sheet);
      return () => {
        users -= 1;
        if (users === 0) {
          document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
        }
      };
    }, [styles && dynamic]);
    return null;
  };
}
