//! Loopback connections that can be cut from inside.

use std::future::Future;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Listens on 127.0.0.1; every connection ends when `cut_all` is cancelled.
pub(crate) struct Loopback {
    inner: TcpListener,
    cut_all: CancellationToken,
}

impl Loopback {
    pub(crate) async fn bind(port: u16, cut_all: CancellationToken) -> io::Result<Self> {
        let inner = TcpListener::bind(("127.0.0.1", port)).await?;
        Ok(Self { inner, cut_all })
    }
}

impl Listener for Loopback {
    type Io = Cuttable;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Cuttable, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.inner).await;
        // Small answers that wait for an acknowledgement wait in real time, and a paused clock
        // runs ahead meanwhile.
        stream.set_nodelay(true).ok();
        let cut = self.cut_all.child_token();
        let waiting = Box::pin(cut.clone().cancelled_owned());
        (
            Cuttable {
                stream,
                cut,
                waiting,
            },
            address,
        )
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

/// A connection that is reset when its token is cancelled.
pub(crate) struct Cuttable {
    stream: TcpStream,
    cut: CancellationToken,
    waiting: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Cuttable {
    /// The hold by which this connection can be cut.
    #[cfg(feature = "stand-ins")]
    pub(crate) fn wire(&self) -> Wire {
        Wire(self.cut.clone())
    }

    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if self.waiting.as_mut().poll(context).is_pending() {
            return Ok(());
        }
        // With no linger, closing sends a reset instead of a polite end.
        self.stream.set_zero_linger().ok();
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Cuttable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    // Else the server copies each answer into a buffer that the connection keeps.
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A handler's hold on the connection its request came by.
#[derive(Clone, Debug)]
pub(crate) struct Wire(CancellationToken);

impl Wire {
    /// Resets the connection: nothing more is read or written.
    pub(crate) fn cut(&self) {
        self.0.cancel();
    }
}

impl Connected<IncomingStream<'_, Loopback>> for Wire {
    fn connect_info(stream: IncomingStream<'_, Loopback>) -> Self {
        Self(stream.io().cut.clone())
    }
}
