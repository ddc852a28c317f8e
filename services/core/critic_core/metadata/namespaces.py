"""Namespaces of XMP. Sources: XMP Specification Part 1 and 2, ExifTool's tag tables."""

X = "adobe:ns:meta/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMP = "http://ns.adobe.com/xap/1.0/"
DC = "http://purl.org/dc/elements/1.1/"
EXIF = "http://ns.adobe.com/exif/1.0/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
LIGHTROOM = "http://ns.adobe.com/lightroom/1.0/"
XMP_DM = "http://ns.adobe.com/xmp/1.0/DynamicMedia/"
DIGIKAM = "http://www.digikam.org/ns/1.0/"
MICROSOFT = "http://ns.microsoft.com/photo/1.0/"
ACDSEE = "http://ns.acdsee.com/iptc/1.0/"
PHOTO_MECHANIC = "http://ns.camerabits.com/photomechanic/1.0/"
CAMERA_RAW = "http://ns.adobe.com/camera-raw-settings/1.0/"
CRITIC = "https://photo-critic.github.io/ns/1.0/"

PREFIXES = {
    "rdf": RDF,
    "xmp": XMP,
    "dc": DC,
    "lr": LIGHTROOM,
    "xmpDM": XMP_DM,
    "digiKam": DIGIKAM,
    "crs": CAMERA_RAW,
    "critic": CRITIC,
}
"""The usual prefixes of the namespaces that Photo Critic writes."""
