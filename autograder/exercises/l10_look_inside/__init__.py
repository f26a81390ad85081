"""Lesson 10, look inside: explain what a trained network does."""

from autograder.exercises.l10_look_inside import feature_maps, occlusion_map, top_confusions, worst_errors

EXERCISES = (
    worst_errors.EXERCISE,
    top_confusions.EXERCISE,
    feature_maps.EXERCISE,
    occlusion_map.EXERCISE,
)
