import { CircleAlert } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { messageOf } from '../api/problem.ts';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

interface Props {
  /** Another page may work: the error is forgotten when the address changes. */
  readonly place: string;
  readonly children: ReactNode;
}

/** A fault of the page itself, or a part of it that an update has removed from the server: a reload mends both. */
export class ErrorBoundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate(before: Props) {
    if (this.state.error !== null && before.place !== this.props.place) this.setState({ error: null });
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <div role="alert">
        <Notice
          icon={CircleAlert}
          title="This page could not be shown"
          action={
            <Button variant="primary" onClick={() => location.reload()}>
              Reload the page
            </Button>
          }
        >
          It may have been updated meanwhile. ({messageOf(this.state.error)})
        </Notice>
      </div>
    );
  }
}
