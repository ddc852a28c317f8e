"""Cards of the data sets behind our models: role, licence, source."""

CARDS = {
    "oasis": (
        "train",
        "Photos from Pixabay, Wikipedia and Flickr under their own open licences; ratings free for research",
        "OASIS, Kurdi, Lozano and Banaji 2017; beauty ratings of Brielmann and Pelli 2019",
    ),
    "vessel": ("test", "Rights to the photos are not stated: research use", "Vessel et al., scene photographs"),
    "pool": (
        "train",
        "Samples of public sets under their own terms",
        "ImageNet and others; 7,047 photos have ratings by a vision-language model (0.87 to 0.92 with people's)",
    ),
    "more": (
        "train",
        "Licence by photo: Pixabay, Unsplash, Pexels, CC0, public domain, CC BY 2.0",
        "Photos of people, places and landscapes; ratings by a vision-language model",
    ),
    "ccby": ("reference", "CC BY 2.0, author and page in attribution.csv", "Flickr"),
}

REFERENCES = {"ccby": "Flickr photos (CC BY 2.0), none of them seen in training"}
"""Names of the reference sets of percentiles."""
