"""The first kind of study: classifiers of images, trained by Keras, or by a trainer of the definition's
own."""
