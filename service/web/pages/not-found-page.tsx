import { Compass } from 'lucide-react';
import { ButtonLink } from '../components/button.tsx';
import { Notice } from '../components/notice.tsx';
import { Page } from '../components/page.tsx';

export function NotFoundPage() {
  return (
    <Page title="Not found">
      <div className="card">
        <Notice
          icon={Compass}
          title="There is no page at this address"
          action={<ButtonLink href="/">Go to the jobs</ButtonLink>}
        >
          The address may be misspelt, or the page may have moved.
        </Notice>
      </div>
    </Page>
  );
}
