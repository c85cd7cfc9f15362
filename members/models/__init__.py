from .organisation import LegalForm, Membership, Organisation, OrganisationState, Role
from .user import LANGUAGES, User

__all__ = ["LANGUAGES", "LegalForm", "Membership", "Organisation", "OrganisationState", "Role", "User"]
