"""A pipeline in a Python file: an environment, two ordinary tasks, two orchestrators that call them.

Run it as it is (`python order_pipeline.py`), or open it in the workbench.
"""

from sandbox_tui import TaskEnvironment

env = TaskEnvironment(name="orders")


@env.task
def lookup_price(product: str) -> float:
    """What one piece costs; in production this asks the catalogue."""
    return 2.5 if product.startswith("W") else 40.0


@env.task
def pick_carrier(total: float) -> str:
    """Who delivers an order of this total."""
    return "air" if total > 50 else "road"


@env.sandbox.orchestrator(timeout_ms=5_000)
def order_total(product: str, quantity: int = 1) -> float:
    """The price of one order."""
    return lookup_price(product) * quantity


@env.sandbox.orchestrator(timeout_ms=5_000, max_memory=10 * 1024 * 1024)
def plan_delivery(products: list[str], quantity: int = 1) -> dict:
    """Totals every product and picks one carrier for all of them."""
    totals = [order_total(product, quantity) for product in products]
    total = sum(totals)
    return {"carrier": pick_carrier(total), "total": total, "lines": len(totals)}


if __name__ == "__main__":
    print(plan_delivery.run(products=["W-1", "X-2"], quantity=2))
