import type { Attachment } from 'svelte/attachments';

interface Where {
  anchor?: HTMLElement | undefined;
  align: 'start' | 'end';
  onclose: () => void;
}

const gap = 8;

/**
 * Puts a popover in the top layer, 8 px from its source, above it when there is no room below, and inside the window.
 * Takes the focus, closes on a press outside, gives the focus back when it goes.
 */
export function float({ anchor, align, onclose }: Where): Attachment<HTMLElement> {
  return (node) => {
    const before = document.activeElement;
    node.showPopover?.();
    const place = () => {
      const box = anchor?.getBoundingClientRect();
      const { offsetWidth: width, offsetHeight: height } = node;
      if (!box) {
        node.style.setProperty('--float-x', `${(innerWidth - width) / 2}px`);
        node.style.setProperty('--float-y', `${innerHeight / 5}px`);
        return;
      }
      const below = innerHeight - box.bottom - gap * 2;
      const above = box.top - gap * 2;
      const up = height > below && above > below;
      const x = align === 'end' ? box.right - width : box.left;
      node.style.setProperty('--float-h', `${Math.max(120, up ? above : below)}px`);
      node.style.setProperty('--float-x', `${Math.max(gap, Math.min(x, innerWidth - width - gap))}px`);
      node.style.setProperty(
        '--float-y',
        `${up ? Math.max(gap, box.top - gap - Math.min(height, above)) : box.bottom + gap}px`,
      );
    };
    place();
    const watch = new ResizeObserver(place);
    watch.observe(node);
    const outside = (event: PointerEvent) => {
      if (event.target instanceof Node && !node.contains(event.target) && !anchor?.contains(event.target)) onclose();
    };
    addEventListener('pointerdown', outside, true);
    addEventListener('resize', place);
    if (!node.contains(document.activeElement)) {
      const first = node.querySelector<HTMLElement>(
        '[data-first], input, [role=menuitem], [role=option], button, a[href]',
      );
      (first ?? node).focus({ preventScroll: true });
    }
    return () => {
      watch.disconnect();
      removeEventListener('pointerdown', outside, true);
      removeEventListener('resize', place);
      const inside = node.contains(document.activeElement) || document.activeElement === document.body;
      const back = anchor?.isConnected ? anchor : before;
      if (inside && back instanceof HTMLElement) back.focus({ preventScroll: true });
    };
  };
}
