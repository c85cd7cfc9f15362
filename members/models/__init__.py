from .details import CANTONS, Details, LegalForm, Size
from .directory import DirectoryEntry
from .joining import Application, ApplicationState, Invitation
from .organisation import Membership, Organisation, OrganisationState, Role
from .user import LANGUAGES, User

__all__ = [
    "CANTONS",
    "LANGUAGES",
    "Application",
    "ApplicationState",
    "Details",
    "DirectoryEntry",
    "Invitation",
    "LegalForm",
    "Membership",
    "Organisation",
    "OrganisationState",
    "Role",
    "Size",
    "User",
]
