"""Customers: https://docs.stripe.com/api/customers."""

from .listing import listing
from .routes import operation
from .world import Object, Params, World, random_text


@operation("POST", "/v1/customers", "CustomerCreateParams")
def create_customer(world: World, params: Params) -> Object:
    customer = world.add(
        "customer",
        balance=0,
        delinquent=False,
        invoice_prefix=random_text(8).upper(),
        tax_exempt="none",
        preferred_locales=[],
        invoice_settings=dict.fromkeys(("custom_fields", "default_payment_method", "footer", "rendering_options")),
        next_invoice_sequence=1,
    )
    world.update(customer, params)
    world.emit("customer.created", customer)
    return customer


@operation("GET", "/v1/customers", "CustomerListParams")
def list_customers(world: World, params: Params) -> Object:
    return listing(world, world.all("customer"), params, "/v1/customers", email=params.get("email"))


@operation("GET", "/v1/customers/{customer}", "CustomerRetrieveParams")
def retrieve_customer(world: World, params: Params, customer: str) -> Object:
    found = world.objects.get(customer)
    if found and found["object"] == "customer" and found.get("deleted"):
        return tombstone(customer)
    return world.get(customer, "customer", "id")


@operation("POST", "/v1/customers/{customer}", "CustomerUpdateParams")
def update_customer(world: World, params: Params, customer: str) -> Object:
    found = world.get(customer, "customer", "id")
    world.emit("customer.updated", found, world.update(found, params))
    return found


@operation("DELETE", "/v1/customers/{customer}", "CustomerDeleteParams")
def delete_customer(world: World, params: Params, customer: str) -> Object:
    """The customer's payment methods are detached and cannot be charged any more."""
    found = world.get(customer, "customer", "id")
    world.emit("customer.deleted", found)
    found["deleted"] = True
    for method in world.all("payment_method"):
        if method["customer"] == customer:
            method["customer"] = None
            world.behaviours[method["id"]].detached = True
    return tombstone(customer)


@operation("GET", "/v1/customers/{customer}/payment_methods", "CustomerPaymentMethodListParams")
def list_customer_methods(world: World, params: Params, customer: str) -> Object:
    world.get(customer, "customer", "id")
    url = f"/v1/customers/{customer}/payment_methods"
    return listing(world, world.all("payment_method"), params, url, customer=customer, type=params.get("type"))


def tombstone(customer: str) -> Object:
    return {"id": customer, "object": "customer", "deleted": True}
