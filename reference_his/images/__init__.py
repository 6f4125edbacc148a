"""Pictures of reported exams: made up, marked as such, and kept in a real Orthanc."""

from .pacs import Pacs as Pacs
from .subscriber import ImagePusher as ImagePusher
