"""How long texts may be, by the beginning of the parameter type's name and the field.

The package's types do not say so; these come from Stripe's published specification and from
https://docs.stripe.com/api. What is not listed holds LONGEST characters.
"""

LONGEST = 5000

INTENT_OPTIONS = {
    "payment_method_options.acss_debit.mandate_options.interval_description": 500,
    "payment_method_options.affirm.preferred_locale": 30,
    "payment_method_options.afterpay_clearpay.reference": 128,
    "payment_method_options.card.mandate_options.description": 200,
    "payment_method_options.card.mandate_options.reference": 80,
    "payment_method_options.paypal.reference": 127,
    "payment_method_options.paypal.risk_correlation_id": 32,
}
LIMITS = {
    "Customer": {
        "default_source": 500,
        "email": 512,
        "invoice_settings.custom_fields[].name": 30,
        "invoice_settings.custom_fields[].value": 30,
        "name": 256,
        "phone": 20,
    },
    "PaymentIntent": {
        "description": 1000,
        "statement_descriptor": 22,
        "statement_descriptor_suffix": 22,
        **INTENT_OPTIONS,
    },
    "SetupIntent": {"description": 1000, **INTENT_OPTIONS},
    "checkout.SessionCreate": {
        "client_reference_id": 200,
        "custom_fields[].dropdown.options[].label": 100,
        "custom_fields[].dropdown.options[].value": 100,
        "custom_fields[].key": 200,
        "custom_fields[].label.custom": 50,
        "custom_text.shipping_address.message": 1000,
        "custom_text.submit.message": 1000,
        "invoice_creation.invoice_data.custom_fields[].name": 30,
        "invoice_creation.invoice_data.custom_fields[].value": 30,
        "invoice_creation.invoice_data.description": 1500,
        "line_items[].price_data.product_data.description": 40000,
        "payment_intent_data.description": 1000,
        "payment_intent_data.statement_descriptor": 22,
        "payment_intent_data.statement_descriptor_suffix": 22,
        "payment_method_options.acss_debit.mandate_options.interval_description": 500,
        "payment_method_options.card.statement_descriptor_suffix_kana": 22,
        "payment_method_options.card.statement_descriptor_suffix_kanji": 17,
        "payment_method_options.paypal.reference": 127,
        "payment_method_options.paypal.risk_correlation_id": 32,
        "setup_intent_data.description": 1000,
        "shipping_options[].shipping_rate_data.display_name": 100,
        "subscription_data.description": 500,
    },
}


def limits_of(params: str) -> dict[str, int]:
    """The limits for a parameter type such as `PaymentIntentCreateParams`."""
    return next((limits for owner, limits in LIMITS.items() if params.startswith(owner)), {})
