"""People and organisations."""

import factory
from django.contrib.auth.hashers import make_password

from members.models import LegalForm, Organisation, User


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@org.example")
    first_name = "Eva"
    last_name = factory.Sequence(lambda n: f"Beispiel {n}")
    password = factory.LazyFunction(lambda: make_password("a long password"))


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Beispiel {n}")
    legal_form = LegalForm.ASSOCIATION
    street = "Musterweg"
    house_number = "1"
    postcode = "3000"
    town = "Bern"
    canton = "BE"
