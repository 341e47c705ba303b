"""A Chainlit app that greets and echoes: chainlit run chainlit_app.py --headless --port PORT."""

from typing import Any

import chainlit as cl
from telling import navigation_in, tell


def navigation() -> Any:
    """Return the navigation that the running handler belongs to."""
    return navigation_in(cl.context.session.environ)


@cl.on_chat_start  # type: ignore[untyped-decorator]  # Chainlit is in the app's environment only
async def greet() -> None:
    """Send the first message."""
    tell("handshake", navigation(), cl.context.session.id)
    await cl.Message(content="Good day.").send()


@cl.on_message  # type: ignore[untyped-decorator]
async def echo(message: cl.Message) -> None:
    """Send a message back."""
    tell("message", navigation(), message.content)
    await cl.Message(content=message.content).send()


@cl.on_chat_end  # type: ignore[untyped-decorator]
async def end() -> None:
    """Tell who goes."""
    tell("disconnect", navigation(), cl.context.session.id)
